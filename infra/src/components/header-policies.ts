import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { CONTENT_SECURITY_POLICY, EMBEDDED_HEADERS, PERMISSIONS_POLICY } from '@parley/descriptor';

export interface HeaderPolicies {
  site: aws.cloudfront.ResponseHeadersPolicy;
  /** Of what pages of other origins load from the site. */
  embedded: aws.cloudfront.ResponseHeadersPolicy;
  api: aws.cloudfront.ResponseHeadersPolicy;
}

const YEAR_S = 31_536_000;

/** Security headers of the page, of what other pages load from it, and the few that make sense on an answer of a service. */
export function addHeaderPolicies(name: string, options: pulumi.CustomResourceOptions): HeaderPolicies {
  const always = {
    strictTransportSecurity: {
      accessControlMaxAgeSec: YEAR_S,
      includeSubdomains: false,
      preload: false,
      override: true,
    },
    contentTypeOptions: { override: true },
  };
  const site = new aws.cloudfront.ResponseHeadersPolicy(
    `${name}-site`,
    {
      securityHeadersConfig: {
        ...always,
        contentSecurityPolicy: { contentSecurityPolicy: CONTENT_SECURITY_POLICY, override: true },
        frameOptions: { frameOption: 'DENY', override: true },
        referrerPolicy: { referrerPolicy: 'strict-origin-when-cross-origin', override: true },
      },
      customHeadersConfig: {
        items: [
          {
            header: 'Permissions-Policy',
            value: PERMISSIONS_POLICY,
            override: true,
          },
          { header: 'Cross-Origin-Opener-Policy', value: 'same-origin', override: true },
        ],
      },
    },
    options,
  );
  const embedded = new aws.cloudfront.ResponseHeadersPolicy(
    `${name}-embedded`,
    {
      securityHeadersConfig: always,
      corsConfig: {
        accessControlAllowCredentials: false,
        accessControlAllowHeaders: { items: ['*'] },
        accessControlAllowMethods: { items: ['GET', 'HEAD'] },
        accessControlAllowOrigins: { items: [EMBEDDED_HEADERS['Access-Control-Allow-Origin']] },
        originOverride: true,
      },
      customHeadersConfig: {
        items: [
          {
            header: 'Cross-Origin-Resource-Policy',
            value: EMBEDDED_HEADERS['Cross-Origin-Resource-Policy'],
            override: true,
          },
        ],
      },
    },
    options,
  );
  const api = new aws.cloudfront.ResponseHeadersPolicy(`${name}-api`, { securityHeadersConfig: always }, options);
  return { site, embedded, api };
}
