/** An app client of the simulated pool. */
export interface IssuerClient {
  clientId: string;
  /** A confidential client has one; a public client proves itself by PKCE alone. */
  secret?: string;
}

/** What the page would use if it exchanged the code itself. */
export const SPA_CLIENT: IssuerClient = { clientId: '1parleyspa0localclient0001' };

/** What the chat service exchanges codes with. Its secret opens nothing but this simulator. */
export const LOGIN_CLIENT: IssuerClient & { secret: string } = {
  clientId: '2parleylogin0localclient02',
  secret: 'simulated-client-secret-of-the-local-pool',
};

/** Scopes that the clients may ask for, as a Cognito app client lists them. */
export const ALLOWED_SCOPES = ['openid', 'email', 'profile', 'phone', 'aws.cognito.signin.user.admin'] as const;
