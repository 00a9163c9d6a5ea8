import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Secrets Manager and SSM on one port, as far as reading goes: AWS JSON 1.1, whoever asks. */
export async function startSecretStandIn(secrets: Map<string, string>) {
  const asked: { target: string; body: Record<string, unknown> }[] = [];
  let fault: string | undefined;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const target = String(request.headers['x-amz-target']);
      asked.push({ target, body });
      const answer = (status: number, content: object) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content));
      const id = String(body['SecretId'] ?? body['Name']);
      const text = secrets.get(id);
      // The real message quotes the caller; nothing of it may come through.
      if (fault !== undefined) return answer(400, { __type: fault, message: `hunter2 in ${id}` });
      if (target === 'secretsmanager.GetSecretValue' && text !== undefined)
        return answer(200, { ARN: id, Name: 'name', SecretString: text, VersionId: 'v' });
      if (target === 'AmazonSSM.GetParameter' && text !== undefined)
        return answer(200, { Parameter: { ARN: id, Name: 'name', Type: 'SecureString', Value: text } });
      answer(400, { __type: target.startsWith('AmazonSSM') ? 'ParameterNotFound' : 'ResourceNotFoundException' });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    /** From now on every request is refused with this error; `undefined` ends it. */
    failWith: (name: string | undefined) => void (fault = name),
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>;
}
