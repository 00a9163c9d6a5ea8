import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

export interface IdentityConfig {
  environment: string;
  region: string;
  /** Where pages are; `http://localhost:4200` for a first run without a domain. */
  siteUrls: string[];
  /** Of `https://<prefix>.auth.<region>.amazoncognito.com`. */
  domainPrefix: string;
  mfa: 'OFF' | 'OPTIONAL' | 'ON';
  groups: string[];
  google?: { clientId: string; clientSecret: pulumi.Input<string> };
  protect: boolean;
}

const SCOPES = ['openid', 'email', 'profile'];
const ACCESS_MINUTES = 60;
const REFRESH_DAYS = 30;

/** The user pool, its login pages and its two clients; the outputs are those that the stack wants. */
export class UserPool extends pulumi.ComponentResource {
  readonly outputs: Record<string, pulumi.Output<string>>;

  constructor(name: string, config: IdentityConfig, options?: pulumi.ComponentResourceOptions) {
    super('parley:identity:UserPool', name, {}, options);
    const child = { parent: this };
    const pool = this.addPool(name, config);
    const domain = new aws.cognito.UserPoolDomain(
      name,
      { domain: config.domainPrefix, userPoolId: pool.id, managedLoginVersion: 2 },
      child,
    );
    const google = config.google === undefined ? undefined : this.addGoogle(name, pool, config.google);
    const providers = ['COGNITO', ...(google === undefined ? [] : [google.providerName])];
    const spa = this.addClient(`${name}-spa`, pool, providers, config, false);
    const login = this.addClient(`${name}-login`, pool, providers, config, true);
    for (const group of config.groups)
      new aws.cognito.UserGroup(`${name}-${group}`, { name: group, userPoolId: pool.id }, child);
    const secret = new aws.secretsmanager.Secret(
      `${name}-login`,
      { recoveryWindowInDays: config.protect ? 30 : 0 },
      child,
    );
    new aws.secretsmanager.SecretVersion(
      `${name}-login`,
      { secretId: secret.id, secretString: login.clientSecret },
      { ...child, additionalSecretOutputs: ['secretString'] },
    );
    this.outputs = {
      // Told, never built from parts elsewhere: Cognito has two formats of it.
      issuer: pulumi.interpolate`https://${pool.endpoint}`,
      userPoolId: pool.id,
      region: pulumi.output(config.region),
      domain: pulumi.interpolate`https://${domain.domain}.auth.${config.region}.amazoncognito.com`,
      spaClientId: spa.id,
      loginClientId: login.id,
      loginClientSecretArn: secret.arn,
    };
    this.registerOutputs(this.outputs);
  }

  private addPool(name: string, { mfa, protect }: IdentityConfig): aws.cognito.UserPool {
    return new aws.cognito.UserPool(
      name,
      {
        userPoolTier: 'ESSENTIALS',
        // Chosen once: changing it, like changing attributes, replaces the pool and everybody in it.
        usernameAttributes: ['email'],
        autoVerifiedAttributes: ['email'],
        usernameConfiguration: { caseSensitive: false },
        mfaConfiguration: mfa,
        ...(mfa === 'OFF' ? {} : { softwareTokenMfaConfiguration: { enabled: true } }),
        passwordPolicy: {
          minimumLength: 12,
          requireLowercase: true,
          requireUppercase: true,
          requireNumbers: true,
          requireSymbols: false,
          temporaryPasswordValidityDays: 3,
        },
        accountRecoverySetting: { recoveryMechanisms: [{ name: 'verified_email', priority: 1 }] },
        deletionProtection: protect ? 'ACTIVE' : 'INACTIVE',
      },
      { parent: this, protect, ignoreChanges: ['schemas'] },
    );
  }

  private addGoogle(name: string, pool: aws.cognito.UserPool, google: NonNullable<IdentityConfig['google']>) {
    return new aws.cognito.IdentityProvider(
      `${name}-google`,
      {
        userPoolId: pool.id,
        providerName: 'Google',
        providerType: 'Google',
        // The SDK does not know that a secret stands in here.
        providerDetails: pulumi.secret({
          client_id: google.clientId,
          client_secret: google.clientSecret,
          authorize_scopes: 'profile email openid',
        }),
        attributeMapping: { email: 'email', username: 'sub', name: 'name', email_verified: 'email_verified' },
      },
      {
        parent: this,
        additionalSecretOutputs: ['providerDetails'],
        // Cognito adds the endpoints that it found.
        ignoreChanges: [
          'providerDetails.attributes_url',
          'providerDetails.attributes_url_add_attributes',
          'providerDetails.authorize_url',
          'providerDetails.oidc_issuer',
          'providerDetails.token_request_method',
          'providerDetails.token_url',
        ],
      },
    );
  }

  private addClient(
    name: string,
    pool: aws.cognito.UserPool,
    supportedIdentityProviders: pulumi.Input<string>[],
    { siteUrls }: IdentityConfig,
    generateSecret: boolean,
  ): aws.cognito.UserPoolClient {
    const child = { parent: this };
    const client = new aws.cognito.UserPoolClient(
      name,
      {
        userPoolId: pool.id,
        generateSecret,
        allowedOauthFlowsUserPoolClient: true,
        allowedOauthFlows: ['code'],
        allowedOauthScopes: SCOPES,
        callbackUrls: siteUrls.flatMap((url) => [`${url}/auth/callback`, `${url}/`]),
        logoutUrls: siteUrls.map((url) => `${url}/`),
        supportedIdentityProviders,
        preventUserExistenceErrors: 'ENABLED',
        enableTokenRevocation: true,
        // Rotation and ALLOW_REFRESH_TOKEN_AUTH exclude each other.
        explicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
        // Several tabs refresh at once: the old token is good a little longer.
        refreshTokenRotation: { feature: 'ENABLED', retryGracePeriodSeconds: 60 },
        accessTokenValidity: ACCESS_MINUTES,
        idTokenValidity: ACCESS_MINUTES,
        refreshTokenValidity: REFRESH_DAYS,
        tokenValidityUnits: { accessToken: 'minutes', idToken: 'minutes', refreshToken: 'days' },
      },
      { ...child, additionalSecretOutputs: ['clientSecret'] },
    );
    // Without it the login pages of this client are "unavailable".
    new aws.cognito.ManagedLoginBranding(
      name,
      { userPoolId: pool.id, clientId: client.id, useCognitoProvidedValues: true },
      child,
    );
    return client;
  }
}
