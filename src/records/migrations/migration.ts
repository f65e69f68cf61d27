/**
 * What a migration is: a number, a name, and statements that run once, in order, in one transaction. Forward only.
 * @module
 */
export interface Migration {
  /** 1, 2, 3 … without gaps. */
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}
