/** Injection tokens of the ports that the libraries serve. */
export const CONVERSATIONS = Symbol('conversations');
export const ASSISTANTS = Symbol('assistants');
export const CLAIMS = Symbol('claims of generations');
export const SWITCHES = Symbol('switches of assistants');
export const USAGE = Symbol('ledger of usage');
export const CEILINGS = Symbol('ceilings of the budget');
export const LIVE_CALLS = Symbol('calls of the voice gateway');
export const BLOCKS = Symbol('whom people block');
export const AUDIT = Symbol('audit log');
export const REPORTS = Symbol('reports');
export const ASKS_CONSENT = Symbol('whether transcripts of calls are kept only by consent');
export const OPENAPI = Symbol('OpenAPI document');
export const COMPUTE = Symbol('the machine under the service');
