export type GenerationStage = 'FINAL' | 'SPECULATIVE';

/** Stage of a text block, from the JSON text that Nova Sonic puts into `additionalModelFields`. */
export function stageOf(additionalModelFields: string | undefined): GenerationStage | undefined {
  if (additionalModelFields === undefined) return undefined;
  try {
    const stage: unknown = (JSON.parse(additionalModelFields) as { generationStage?: unknown } | null)?.generationStage;
    return stage === 'FINAL' || stage === 'SPECULATIVE' ? stage : undefined;
  } catch {
    return undefined;
  }
}
