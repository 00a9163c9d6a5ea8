/** One hash tag, so one slot of a cluster: one connection hears all topics, and the order of a publisher holds across them. */
const PREFIX = '{parley-fan-out}';

/** The channel that every process hears, whatever else it listens to. */
export const EVERYBODY = `${PREFIX}*`;

export const channelOf = (topic: string): string => `${PREFIX}:${topic}`;

export const topicOf = (channel: string): string => channel.slice(PREFIX.length + 1);
