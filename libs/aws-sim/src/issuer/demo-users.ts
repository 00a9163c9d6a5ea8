/** A person of the simulated user pool. As in a real pool that signs in by e-mail, the user name is the `sub`. */
export interface DemoUser {
  /** What the sign-in page and `/_sim/token` call the user; in no token. */
  login: string;
  sub: string;
  username: string;
  email: string;
  name: string;
  groups: readonly string[];
}

const person = (login: string, sub: string, name: string, groups: readonly string[] = []): DemoUser => ({
  login,
  sub,
  username: sub,
  email: `${login}@example.com`,
  name,
  groups,
});

/** Their ids are fixed, so that conversations kept between runs still have their owners. */
export const DEMO_USERS: readonly DemoUser[] = [
  person('alice', '5d0a3b1e-7c52-4f0c-9a61-2f4f0b7d1a01', 'Alice Lindqvist'),
  person('bob', '9c1f6e84-23ab-4d7e-8f10-6b8a5c3e2b02', 'Bob Okafor'),
  person('carol', 'e27b4c90-51d6-4a3f-b7c8-0d9e1f6a3c03', 'Carol Medina', ['admins']),
];
