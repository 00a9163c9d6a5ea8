/** A room: say something, and read what the others say until somebody says goodbye. */
import { RoomClient, toUiMessages, until } from '@parley/client';

export async function chatUntilGoodbye(baseUrl: string, token: string, roomId: string): Promise<string[]> {
  const client = new RoomClient({ baseUrl, tokenSource: { token: () => Promise.resolve(token) } });
  client.open();
  const room = client.join(roomId);
  await room.send('Hello, everybody.');
  const said = () =>
    toUiMessages(room.entries.get()).map(({ parts }) =>
      parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    );
  await until(room.entries, () => said().at(-1) === 'Goodbye.');
  client.close();
  return said();
}
