/** Passwords of AWS IAM, for RDS, Aurora and RDS Proxy.  In a module of its own, which only they load. */
import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';

/** The region and the credentials are those of the environment: AWS_REGION, and the function's or the machine's role. */
export function authToken(config: SignerConfig): Promise<string> {
	return new Signer(config).getAuthToken();
}
