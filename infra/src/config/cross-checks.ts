import type { KeyName, PartialValues, Protection } from './schema';

/** What a check may look at: values that were valid, and which keys were written down. */
export interface Situation {
  values: PartialValues;
  protect: Protection;
  given: ReadonlySet<string>;
}
type Check = (situation: Situation) => [key: KeyName, fault: string] | undefined;

const PLAIN_PROVIDER = 'bedrock:';

/** Faults that only show when two keys are seen together. */
const CHECKS: Check[] = [
  ({ values: { domain, zoneId }, given }) =>
    domain !== undefined && zoneId === undefined && !given.has('zoneId')
      ? ['zoneId', 'is missing: a domain needs the zone that its certificate is proved in']
      : undefined,
  ({ values: { domain, zoneId }, given }) =>
    zoneId !== undefined && domain === undefined && !given.has('domain')
      ? ['domain', 'is missing: zoneId is given, and only a domain uses it']
      : undefined,
  ({ values: { entry, allowInsecureOrigin, originDomain }, given }) =>
    entry === 'public' && allowInsecureOrigin === false && originDomain === undefined && !given.has('originDomain')
      ? ['originDomain', 'is missing: entry public speaks TLS to it (or, outside prod, set allowInsecureOrigin: true)']
      : undefined,
  ({ values: { entry, allowInsecureOrigin, domain }, given }) =>
    entry === 'public' && allowInsecureOrigin === false && domain === undefined && !given.has('domain')
      ? [
          'domain',
          'is missing: entry public forwards the Host of the viewer, and the certificate behind it must match; nobody gets one for *.cloudfront.net',
        ]
      : undefined,
  ({ values: { entry, originSecret }, given }) =>
    entry === 'public' && originSecret === undefined && !given.has('originSecret')
      ? ['originSecret', 'is missing: the prefix list admits every customer of CloudFront, the secret only yours']
      : undefined,
  ({ values: { allowInsecureOrigin }, protect }) =>
    allowInsecureOrigin === true && protect === 'full'
      ? ['allowInsecureOrigin', 'is "true", which a fully protected environment does not allow']
      : undefined,
  ({ values: { entry, allowInsecureOrigin } }) =>
    entry === 'vpc-origin' && allowInsecureOrigin === true
      ? ['allowInsecureOrigin', 'is "true" and has no meaning with entry vpc-origin: remove it']
      : undefined,
  ({ values: { egress, chatModels } }) => {
    const outside = chatModels?.find((model) => !model.startsWith(PLAIN_PROVIDER));
    return egress === 'endpoints' && outside !== undefined
      ? ['chatModels', `holds "${outside}", which is outside AWS and cannot be reached with egress endpoints`]
      : undefined;
  },
  ({ values: { egress, natGateways } }) =>
    egress === 'endpoints' && natGateways !== undefined
      ? ['natGateways', `is "${natGateways}" and has no meaning with egress endpoints: remove it`]
      : undefined,
  ({ values: { images, digests }, given }) =>
    images === 'digest' && digests === undefined && !given.has('digests')
      ? ['digests', 'is missing: images digest deploys exactly what it names']
      : undefined,
  ({ values: { images, digests } }) =>
    images !== undefined && images !== 'digest' && digests !== undefined
      ? ['digests', `is given but images is "${images}": nothing would use it`]
      : undefined,
  ({ values: { exec }, protect }) =>
    exec === true && protect === 'full'
      ? ['exec', 'is "true", which a fully protected environment does not allow: it needs a writable root file system']
      : undefined,
  ({ values: { chatCompute, chatProvisionedConcurrency } }) =>
    chatCompute === 'ecs' && chatProvisionedConcurrency !== undefined
      ? ['chatProvisionedConcurrency', 'has no meaning with chatCompute ecs: remove it']
      : undefined,
  ({ values: { chatCompute, domain }, given }) =>
    chatCompute === 'lambda' && domain === undefined && !given.has('domain')
      ? [
          'domain',
          'is missing: with chatCompute lambda the allowed origin must be known before the distribution that points to the function',
        ]
      : undefined,
  ({ values: { cache }, protect }) =>
    cache === 'none' && protect === 'full'
      ? ['cache', 'is "none", which holds each service at one task: not for a fully protected environment']
      : undefined,
  ({ values: { cache, floor } }) =>
    cache === 'none' && floor !== undefined
      ? ['floor', 'has no meaning with cache none, which holds each service at one task: remove it']
      : undefined,
  ({ values: { waf }, protect }) =>
    waf === 'off' && protect === 'full'
      ? ['waf', 'is "off", which a fully protected environment does not allow']
      : undefined,
  ({ values: { alarmEmail }, protect, given }) =>
    alarmEmail === undefined && protect === 'full' && !given.has('alarmEmail')
      ? ['alarmEmail', 'is missing: a fully protected environment tells somebody']
      : undefined,
];

/** All faults of {@link CHECKS}. */
export const crossFaults = (situation: Situation): [KeyName, string][] =>
  CHECKS.flatMap((check) => {
    const fault = check(situation);
    return fault === undefined ? [] : [fault];
  });
