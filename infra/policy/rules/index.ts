import type { Rule } from '../resource';
import { encrypted } from './encrypted';
import { imagesByDigest } from './images-by-digest';
import { leastPrivilege } from './least-privilege';
import { logs } from './logs';
import { nothingPublic } from './nothing-public';
import { prodProtected } from './prod-protected';
import { ruleQuota } from './rule-quota';
import { tags } from './tags';

/** Every rule of this house, for the tests and for the pack. */
export const RULES: readonly Rule[] = [
  nothingPublic,
  encrypted,
  logs,
  leastPrivilege,
  tags,
  prodProtected,
  ruleQuota,
  imagesByDigest,
];
