import * as aws from '@pulumi/aws';
import * as docker from '@pulumi/docker-build';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import type { StackConfig } from '../config/schema';
import { contentHash } from '../planning/content-hash';

export interface ImagesArgs extends Pick<StackConfig, 'images' | 'digests'> {
  services: readonly ServiceDescriptor[];
  /** `infra/docker/service.Dockerfile`. */
  dockerfile: string;
  /** The folder that holds exactly the files of a service's image: the context of its build. */
  stagedFolder: (service: string) => string;
  /** Delete images together with the repository. */
  forceDelete: boolean;
}

/** A repository per service, and its image: built here, taken by digest, or none yet. */
export class Images extends pulumi.ComponentResource {
  /** What a task definition names, by service; always by digest where there is an image. */
  readonly references: Readonly<Record<string, pulumi.Output<string>>>;
  readonly repositories: Readonly<Record<string, aws.ecr.Repository>>;

  constructor(name: string, args: ImagesArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Images', name, {}, options);
    const repositories: Record<string, aws.ecr.Repository> = {};
    const references: Record<string, pulumi.Output<string>> = {};
    for (const { name: service } of args.services) {
      const repository = this.addRepository(`${name}-${service}`, args, 'IMMUTABLE');
      repositories[service] = repository;
      if (args.images === 'build') references[service] = this.addBuild(`${name}-${service}`, service, repository, args);
      else {
        // With `none` no task is started, so nothing ever asks for this tag.
        const suffix = args.images === 'digest' ? `@${args.digests?.[service]}` : ':none';
        references[service] = pulumi.interpolate`${repository.repositoryUrl}${suffix}`;
      }
    }
    this.repositories = repositories;
    this.references = references;
    this.registerOutputs({});
  }

  private addRepository(name: string, { forceDelete }: ImagesArgs, imageTagMutability: 'IMMUTABLE' | 'MUTABLE') {
    const child = { parent: this };
    const repository = new aws.ecr.Repository(
      name,
      {
        imageTagMutability,
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: 'AES256' }],
        forceDelete,
      },
      child,
    );
    new aws.ecr.LifecyclePolicy(
      name,
      {
        repository: repository.name,
        policy: JSON.stringify({
          rules: [
            {
              rulePriority: 1,
              description: 'Enough to roll back to',
              selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 },
              action: { type: 'expire' },
            },
          ],
        }),
      },
      child,
    );
    return repository;
  }

  private addBuild(name: string, service: string, repository: aws.ecr.Repository, args: ImagesArgs) {
    // A cache is written under one tag again and again, which the immutable repository refuses.
    const cache = this.addRepository(`${name}-cache`, args, 'MUTABLE');
    const token = aws.ecr.getAuthorizationTokenOutput({ registryId: repository.registryId }, { parent: this });
    const folder = args.stagedFolder(service);
    const ref = pulumi.interpolate`${cache.repositoryUrl}:build`;
    const image = new docker.Image(
      name,
      {
        context: { location: folder },
        dockerfile: { location: args.dockerfile },
        // The tasks' processor, not the builder's.
        platforms: ['linux/arm64'],
        // Tags cannot be moved, so a tag says what is inside. A task definition names the digest.
        tags: [pulumi.interpolate`${repository.repositoryUrl}:${contentHash(folder)}`],
        push: true,
        buildOnPreview: false,
        // ECR wants both of these for a cache.
        cacheTo: [{ registry: { ref, imageManifest: true, ociMediaTypes: true, mode: 'max' } }],
        cacheFrom: [{ registry: { ref } }],
        registries: [
          {
            address: repository.repositoryUrl,
            username: token.userName,
            password: pulumi.secret(token.password),
          },
        ],
      },
      { parent: this },
    );
    return image.ref;
  }
}
