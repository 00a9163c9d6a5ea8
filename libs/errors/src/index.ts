export { CloseCode, type ErrorKind, type SocketPhase } from './kinds';
export { ERROR_CODES, type CodeEntry, type ErrorCode } from './codes';
export {
  ParleyError,
  asParleyError,
  toProblem,
  type ErrorDetail,
  type ErrorFacts,
  type ErrorOptions,
} from './parley-error';
