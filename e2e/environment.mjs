import { TestEnvironment } from 'jest-environment-node';

/** Node's own, which tells the hooks after a test whether it has failed: what was to be seen then is kept. */
export default class extends TestEnvironment {
  handleTestEvent({ name }) {
    if (name === 'test_start') this.global.hasFailed = false;
    if (name === 'test_fn_failure' || name === 'hook_failure') this.global.hasFailed = true;
  }
}
