import { defaultTags, type Rule } from '../resource';

export const WANTED_TAGS = ['project', 'environment', 'owner', 'cost-centre', 'managed-by'];

/** Everything says whose it is: the provider's default tags reach every resource. */
export const tags: Rule = {
  name: 'tags',
  description: `Every AWS provider sets the tags ${WANTED_TAGS.join(', ')}`,
  check(resources) {
    const providers = resources.filter(({ type }) => type === 'pulumi:providers:aws');
    if (providers.length === 0) return ['there is no AWS provider with default tags'];
    return providers.flatMap((provider) => {
      const given = defaultTags(provider) ?? {};
      return WANTED_TAGS.filter((tag) => !given[tag]).map((tag) => `${provider.name} sets no tag ${tag}`);
    });
  },
};
