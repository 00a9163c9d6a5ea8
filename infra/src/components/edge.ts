import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { EMBEDDED_FILES } from '@parley/descriptor';
import type { Behaviour } from '../planning/edge-plan';
import { EdgeLog } from './edge-log';
import { Firewall } from './firewall';
import { addHeaderPolicies, type HeaderPolicies } from './header-policies';
import { siteRewriteCode } from '../edge-functions/site-rewrite';
import { carryAuthorizationCode } from '../edge-functions/carry-authorization';
import type { ReachedAt } from './entry';
import { OriginSecret } from './origin-secret';

/** Managed policies by id. Source: Amazon CloudFront Developer Guide, "Use managed cache policies" and "… origin request policies", 2026. */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
/** AllViewerAndCloudFrontHeaders-2022-06: everything of the viewer, `Host` included, and `CloudFront-Viewer-Address`. */
const ALL_VIEWER_AND_CLOUDFRONT = '33f36d7e-f396-46d9-90e0-52428a34d9dc';
/** A signed origin must get its own `Host`. */
const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

/** Silence before the first byte and between two; services send something every 15 s. */
const READ_TIMEOUT_S = 60;
/** Services keep an idle connection longer (75 s), so that the edge is the one that closes it. */
const KEEP_ALIVE_S = 60;
const SITE = 'site';
const READ_ONLY = ['GET', 'HEAD', 'OPTIONS'];
const ALL_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

export interface EdgeArgs {
  behaviours: readonly Behaviour[];
  /** By the name of the service. */
  origins: Readonly<Record<string, ReachedAt>>;
  site: { bucket: aws.s3.Bucket };
  /** The function URL that some behaviours lead to. */
  function?: { originId: string; domainName: pulumi.Input<string> };
  /** Sent to origins that anybody at CloudFront could reach. */
  originSecret: string | undefined;
  domain?: { name: string; zoneId: string; certificateArn: pulumi.Input<string> };
  waf: 'count' | 'block' | 'off';
  logRetentionDays: number;
  environment: string;
}

/** The one address of an environment: CloudFront before the services and the page. */
export class Edge extends pulumi.ComponentResource {
  readonly distribution: aws.cloudfront.Distribution;
  /** Where people go: `https://…` */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: EdgeArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Edge', name, {}, options);
    const child = { parent: this };
    const { domain } = args;
    const headers = addHeaderPolicies(name, child);
    const firewall = args.waf === 'off' ? undefined : new Firewall(name, { mode: args.waf }, child);
    const rewrite = this.addFunction(`${name}-site`, siteRewriteCode, 'Paths of the page to its one document');
    this.distribution = new aws.cloudfront.Distribution(
      name,
      {
        enabled: true,
        comment: name,
        httpVersion: 'http2and3',
        isIpv6Enabled: true,
        priceClass: 'PriceClass_100',
        defaultRootObject: 'index.html',
        aliases: domain === undefined ? [] : [domain.name],
        webAclId: firewall?.webAclArn,
        origins: [this.siteOrigin(name, args), ...this.serviceOrigins(args), ...this.functionOrigins(name, args)],
        defaultCacheBehavior: {
          targetOriginId: SITE,
          viewerProtocolPolicy: 'redirect-to-https',
          allowedMethods: READ_ONLY,
          cachedMethods: ['GET', 'HEAD'],
          compress: true,
          cachePolicyId: CACHING_OPTIMIZED,
          responseHeadersPolicyId: headers.site.id,
          functionAssociations: [{ eventType: 'viewer-request', functionArn: rewrite.arn }],
        },
        orderedCacheBehaviors: [...this.behaviours(name, args, headers), ...embeddedBehaviours(headers)],
        restrictions: { geoRestriction: { restrictionType: 'none' } },
        viewerCertificate:
          domain === undefined
            ? // The certificate of *.cloudfront.net forces CloudFront's own choice of protocols.
              { cloudfrontDefaultCertificate: true }
            : {
                acmCertificateArn: domain.certificateArn,
                sslSupportMethod: 'sni-only',
                minimumProtocolVersion: 'TLSv1.2_2021',
              },
        waitForDeployment: true,
      },
      // The header that proves this distribution stands among the origins.
      { ...child, additionalSecretOutputs: args.originSecret === undefined ? [] : ['origins'] },
    );
    if (domain !== undefined) this.addRecords(name, domain);
    new EdgeLog(
      name,
      { distributionArn: this.distribution.arn, environment: args.environment, retentionDays: args.logRetentionDays },
      child,
    );
    this.url =
      domain === undefined
        ? pulumi.interpolate`https://${this.distribution.domainName}`
        : pulumi.output(`https://${domain.name}`);
    this.registerOutputs({ url: this.url });
  }

  private siteOrigin(name: string, { site }: EdgeArgs) {
    const access = new aws.cloudfront.OriginAccessControl(
      `${name}-site`,
      { originAccessControlOriginType: 's3', signingBehavior: 'always', signingProtocol: 'sigv4' },
      { parent: this },
    );
    return {
      originId: SITE,
      domainName: site.bucket.bucketRegionalDomainName,
      originAccessControlId: access.id,
    };
  }

  private serviceOrigins({ origins, originSecret }: EdgeArgs) {
    return Object.entries(origins).map(([service, reached]) => ({
      originId: service,
      domainName: reached.domainName,
      connectionAttempts: 3,
      connectionTimeout: 5,
      ...(originSecret === undefined
        ? {}
        : { customHeaders: [{ name: OriginSecret.HEADER, value: pulumi.secret(originSecret) }] }),
      ...('vpcOriginId' in reached
        ? {
            vpcOriginConfig: {
              vpcOriginId: reached.vpcOriginId,
              originReadTimeout: READ_TIMEOUT_S,
              originKeepaliveTimeout: KEEP_ALIVE_S,
            },
          }
        : {
            customOriginConfig: {
              httpPort: reached.tls ? 80 : reached.port,
              httpsPort: reached.tls ? reached.port : 443,
              originProtocolPolicy: reached.tls ? 'https-only' : 'http-only',
              originSslProtocols: ['TLSv1.2'],
              originReadTimeout: READ_TIMEOUT_S,
              originKeepaliveTimeout: KEEP_ALIVE_S,
            },
          }),
    }));
  }

  private functionOrigins(name: string, { function: origin }: EdgeArgs) {
    if (origin === undefined) return [];
    const access = new aws.cloudfront.OriginAccessControl(
      `${name}-function`,
      { originAccessControlOriginType: 'lambda', signingBehavior: 'always', signingProtocol: 'sigv4' },
      { parent: this },
    );
    return [
      {
        originId: origin.originId,
        domainName: origin.domainName,
        originAccessControlId: access.id,
        customOriginConfig: {
          httpPort: 80,
          httpsPort: 443,
          originProtocolPolicy: 'https-only',
          originSslProtocols: ['TLSv1.2'],
          originReadTimeout: READ_TIMEOUT_S,
          originKeepaliveTimeout: KEEP_ALIVE_S,
        },
      },
    ];
  }

  private behaviours(name: string, args: EdgeArgs, headers: HeaderPolicies) {
    const carry =
      args.function === undefined
        ? undefined
        : this.addFunction(`${name}-authorization`, carryAuthorizationCode, 'Token and address of the viewer');
    return args.behaviours.map(({ pattern, origin, kind }) => {
      const isFunction = origin === args.function?.originId;
      return {
        pathPattern: pattern,
        targetOriginId: origin,
        // A redirect is lost on a WebSocket handshake and would resend a token in the open.
        viewerProtocolPolicy: 'https-only',
        allowedMethods: kind === 'socket' ? READ_ONLY : ALL_METHODS,
        cachedMethods: ['GET', 'HEAD'],
        compress: false,
        cachePolicyId: CACHING_DISABLED,
        originRequestPolicyId: isFunction ? ALL_VIEWER_EXCEPT_HOST : ALL_VIEWER_AND_CLOUDFRONT,
        ...(kind === 'http' ? { responseHeadersPolicyId: headers.api.id } : {}),
        ...(isFunction && carry !== undefined
          ? { functionAssociations: [{ eventType: 'viewer-request', functionArn: carry.arn }] }
          : {}),
      };
    });
  }

  private addFunction(name: string, code: string, comment: string): aws.cloudfront.Function {
    return new aws.cloudfront.Function(
      name,
      { runtime: 'cloudfront-js-2.0', publish: true, comment, code },
      { parent: this },
    );
  }

  private addRecords(name: string, domain: { name: string; zoneId: string }): void {
    for (const type of ['A', 'AAAA'])
      new aws.route53.Record(
        `${name}-${type.toLowerCase()}`,
        {
          zoneId: domain.zoneId,
          name: domain.name,
          type,
          aliases: [
            {
              name: this.distribution.domainName,
              zoneId: this.distribution.hostedZoneId,
              evaluateTargetHealth: false,
            },
          ],
        },
        { parent: this },
      );
  }
}

/** The files of the site that other pages load: as all of it, with headers of their own. */
const embeddedBehaviours = ({ embedded }: HeaderPolicies) =>
  EMBEDDED_FILES.map((pathPattern) => ({
    pathPattern,
    targetOriginId: SITE,
    viewerProtocolPolicy: 'redirect-to-https',
    allowedMethods: READ_ONLY,
    cachedMethods: ['GET', 'HEAD'],
    compress: true,
    cachePolicyId: CACHING_OPTIMIZED,
    responseHeadersPolicyId: embedded.id,
  }));
