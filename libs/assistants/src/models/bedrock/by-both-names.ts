import type { ModelPart } from '../chat-model';

type Metadata = NonNullable<Extract<ModelPart, { type: 'text-start' }>['providerMetadata']>;
/** What Bedrock attaches to a part. */
export type Attached = Metadata[string];

/** As its package attaches it: by its name, and by the one it had before. */
export const byBothNames = (attached: Attached): Metadata => ({ amazonBedrock: attached, bedrock: attached });
