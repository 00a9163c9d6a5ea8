/** Who has models. `openai` is every server that speaks OpenAI's chat completions, such as Ollama. */
export const PROVIDERS = ['bedrock', 'google', 'openai'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** The provider and its own id of the model, such as `bedrock:amazon.nova-lite-v1:0`. */
export type QualifiedModel = `${Provider}:${string}`;

/** @throws Error for what is none: a wrong configuration must not start. */
export function parseModel(name: string): { provider: Provider; id: string } {
  const [, provider, id] = /^([^:]*):(\S+)$/.exec(name) ?? [];
  if (id === undefined || !(PROVIDERS as readonly string[]).includes(provider!)) {
    throw new Error(
      `The model "${name}" cannot be used: write ${PROVIDERS.map((one) => `${one}:<model id>`).join(', ')}`,
    );
  }
  return { provider: provider as Provider, id };
}
