import { at, list, ofType, type Rule } from '../resource';

const MAY_HOLD_TOKENS = ['cs-uri-query', 'cs(Cookie)', 'cs(Referer)'];

/** Logs end some day, and hold no token. */
export const logs: Rule = {
  name: 'logs-retained',
  description: 'Log groups say how long they keep, and the edge logs no field that may hold a token',
  check: (resources) => [
    ...ofType(resources, 'cloudwatch/logGroup:LogGroup')
      .filter((group) => !(Number(at(group, 'retentionInDays')) > 0))
      .map(({ name }) => `${name} keeps its lines for ever`),
    ...ofType(resources, 'cloudwatch/logDelivery:LogDelivery').flatMap((delivery) => {
      const fields = list(at(delivery, 'recordFields'));
      if (fields.length === 0) return [`${delivery.name} logs every field`];
      return fields
        .filter((field) => MAY_HOLD_TOKENS.includes(String(field)))
        .map((field) => `${delivery.name} logs ${String(field)}`);
    }),
    ...ofType(resources, 'cloudfront/distribution:Distribution')
      .filter((distribution) => at(distribution, 'loggingConfig') !== undefined)
      .map(({ name }) => `${name} has a legacy log, which holds queries`),
  ],
};
