import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

export interface HeaderPolicies {
  site: aws.cloudfront.ResponseHeadersPolicy;
  api: aws.cloudfront.ResponseHeadersPolicy;
}

/**
 * What the page may do, the same as at the local edge: everything comes from its own origin, and the code is exchanged on
 * the server, so nothing else is asked. At most 1,783 characters.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const YEAR_S = 31_536_000;

/** Security headers of the page, and the few that make sense on an answer of a service. */
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
            value: 'microphone=(self), camera=(), geolocation=(), payment=(), usb=()',
            override: true,
          },
          { header: 'Cross-Origin-Opener-Policy', value: 'same-origin', override: true },
        ],
      },
    },
    options,
  );
  const api = new aws.cloudfront.ResponseHeadersPolicy(`${name}-api`, { securityHeadersConfig: always }, options);
  return { site, api };
}
