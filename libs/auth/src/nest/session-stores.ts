import { DynamoBans } from '../dynamodb/bans';
import { DynamoConnectionRegistry } from '../dynamodb/connection-registry';
import { DynamoConsents } from '../dynamodb/consents';
import { DynamoDisplayNames } from '../dynamodb/display-names';
import { DynamoSignOutLog } from '../dynamodb/sign-out-log';
import { DynamoTicketStore } from '../dynamodb/ticket-store';
import type { AuthOptions, SessionStores } from './auth-options';

/** The ports that keep sessions: the caller's own, or those over one table. */
export function sessionStoresOf({ sessions }: Pick<AuthOptions, 'sessions'>): SessionStores {
  if (!('table' in sessions)) return sessions;
  const { client, table } = sessions;
  return {
    tickets: new DynamoTicketStore(client, table),
    names: new DynamoDisplayNames(client, table),
    signOuts: new DynamoSignOutLog(client, table),
    bans: new DynamoBans(client, table),
    consents: new DynamoConsents(client, table),
    connections: new DynamoConnectionRegistry(client, table),
  };
}
