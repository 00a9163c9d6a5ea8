import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

export interface CertificateArgs {
  domain: string;
  /** Other names on it. */
  alternatives?: string[];
  zoneId: string;
  /** CloudFront reads certificates only from us-east-1. */
  region: string;
}

/** A certificate, proved by records in the zone. */
export class Certificate extends pulumi.ComponentResource {
  /** Known once the proof is accepted. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Certificate', name, {}, options);
    const child = { parent: this };
    const { domain, alternatives = [], zoneId, region } = args;
    const certificate = new aws.acm.Certificate(
      name,
      { domainName: domain, subjectAlternativeNames: alternatives, validationMethod: 'DNS', region },
      child,
    );
    const records = [domain, ...alternatives].map((host, index) => {
      // By name: AWS gives them in any order, and records that changed places would delete each other.
      const proof = certificate.domainValidationOptions.apply((all) =>
        all.find(({ domainName }) => domainName === host)!,
      );
      return new aws.route53.Record(
        `${name}-proof-${index}`,
        {
          zoneId,
          name: proof.resourceRecordName,
          type: proof.resourceRecordType,
          records: [proof.resourceRecordValue],
          ttl: 300,
          // The proof of one name is the same for every certificate of the account: two of them share the record.
          allowOverwrite: true,
        },
        child,
      );
    });
    this.arn = new aws.acm.CertificateValidation(
      name,
      { certificateArn: certificate.arn, validationRecordFqdns: records.map(({ fqdn }) => fqdn), region },
      child,
    ).certificateArn;
    this.registerOutputs({ arn: this.arn });
  }
}
