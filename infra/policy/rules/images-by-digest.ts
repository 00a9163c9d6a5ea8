import { at, ofType, type Rule } from '../resource';

/** What runs is what was tested: a tag can come to mean another image, a digest cannot. */
export const imagesByDigest: Rule = {
  name: 'images-by-digest',
  description: 'Containers and functions name their image by digest, unless there is no task to run it',
  check(resources) {
    const isIdle = ofType(resources, 'ecs/service:Service').every((service) => at(service, 'desiredCount') === 0);
    const byDigest = (image: unknown) => image === undefined || String(image).includes('@sha256:');
    return [
      ...ofType(resources, 'ecs/taskDefinition:TaskDefinition').flatMap((definition) => {
        const text = at(definition, 'containerDefinitions');
        if (typeof text !== 'string' || isIdle) return [];
        const containers = JSON.parse(text) as { name: string; image: string }[];
        return containers.filter(({ image }) => !byDigest(image)).map(({ name }) => `${name} runs a tag`);
      }),
      ...ofType(resources, 'lambda/function:Function')
        .filter((each) => !byDigest(at(each, 'imageUri')))
        .map(({ name }) => `${name} runs a tag`),
    ];
  },
};
