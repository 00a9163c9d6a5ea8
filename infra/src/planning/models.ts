const BEDROCK = 'bedrock:';
/** First label of the id of a cross-region inference profile. */
const PROFILE = /^(us|us-gov|eu|apac|jp|au|ca|sa|global)\./;

export interface ModelArns {
  /** Foundation models that are asked in this region. */
  direct: string[];
  /** Inference profiles, each with the models behind it. */
  routed: { profileArn: string; modelArn: string }[];
}

/**
 * What IAM calls the models with these ids (`bedrock:` before an id may stand; models of other providers have no ARN).
 *
 * A profile routes to regions that AWS extends from time to time, so the region of the model behind it is left open, and the
 * statement is bound to the profile by a condition instead.
 */
export function modelArns(
  ids: readonly string[],
  { region, accountId }: { region: string; accountId: string },
): ModelArns {
  const arns: ModelArns = { direct: [], routed: [] };
  for (const id of ids) {
    if (id.includes(':') && /^[a-z-]+:[a-z]/.test(id) && !id.startsWith(BEDROCK)) continue;
    const model = id.startsWith(BEDROCK) ? id.slice(BEDROCK.length) : id;
    if (PROFILE.test(model))
      arns.routed.push({
        profileArn: `arn:aws:bedrock:${region}:${accountId}:inference-profile/${model}`,
        modelArn: `arn:aws:bedrock:*::foundation-model/${model.replace(PROFILE, '')}`,
      });
    else arns.direct.push(`arn:aws:bedrock:${region}::foundation-model/${model}`);
  }
  return arns;
}
