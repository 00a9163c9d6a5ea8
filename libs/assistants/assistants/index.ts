import type { AssistantFile } from '../src/domain/assistant';
import codingCoach from './coding-coach';
import general from './general';
import storefrontHelper from './storefront-helper';

/**
 * Every file of this folder, in the order in which people see them. They are imported, not read from a folder, so that
 * they are in the bundle; a test compares this list with the folder.
 */
export const ASSISTANT_FILES: readonly AssistantFile[] = [general, codingCoach, storefrontHelper];
