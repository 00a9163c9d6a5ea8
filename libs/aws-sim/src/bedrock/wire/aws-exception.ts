/** HTTP status of each exception of the Bedrock runtimes (Bedrock API reference). */
const STATUS = {
  SerializationException: 400,
  ValidationException: 400,
  ServiceQuotaExceededException: 400,
  AccessDeniedException: 403,
  ExpiredTokenException: 403,
  InvalidSignatureException: 403,
  UnrecognizedClientException: 403,
  ResourceNotFoundException: 404,
  ModelTimeoutException: 408,
  ConflictException: 409,
  ModelErrorException: 424,
  ModelStreamErrorException: 424,
  ModelNotReadyException: 429,
  ThrottlingException: 429,
  InternalServerException: 500,
  BadGatewayException: 502,
  ServiceUnavailableException: 503,
} as const;
export type AwsExceptionType = keyof typeof STATUS;

/** An exception as AWS answers it: over HTTP before a stream, as a frame within one. */
export class AwsException extends Error {
  constructor(
    readonly type: AwsExceptionType,
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = type;
  }

  get status(): number {
    return STATUS[this.type];
  }

  /** Name of the frame: the type with a small first letter. */
  get frameName(): string {
    return this.type.charAt(0).toLowerCase() + this.type.slice(1);
  }
}

/** The type that Bedrock answers with a status, for faults that name only the status. */
export const TYPE_OF_STATUS: Record<number, AwsExceptionType> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
};
