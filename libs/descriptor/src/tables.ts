/** A DynamoDB table as the Pulumi program, the local cloud and the tests create it. All keys are strings. */
export interface TableDefinition {
  hashKey: string;
  rangeKey: string;
  /** Attribute with the expiry in epoch seconds. Expiry is also checked on read: DynamoDB deletes late, simulators never. */
  ttlAttribute: string;
  indexes: {
    name: string;
    hashKey: string;
    rangeKey: string;
    /** What the index repeats of an item: its keys and the table's, or all of it. */
    projection: 'KEYS_ONLY' | 'ALL';
  }[];
}

/**
 * The tables, by the name a descriptor's grant uses.
 *
 * `conversations` holds records, memberships, claims and the entries of the logs; `byMember` lists a principal's
 * conversations, newest first. `sessions` holds what lives for minutes to days: tickets, connections, signed-out
 * sessions, counters, leases, display names.
 */
export const TABLES = {
  conversations: {
    hashKey: 'pk',
    rangeKey: 'sk',
    ttlAttribute: 'expiresAt',
    indexes: [{ name: 'byMember', hashKey: 'member', rangeKey: 'listedAt', projection: 'KEYS_ONLY' }],
  },
  sessions: { hashKey: 'pk', rangeKey: 'sk', ttlAttribute: 'expiresAt', indexes: [] },
} as const satisfies Record<string, TableDefinition>;

export type TableName = keyof typeof TABLES;
