/** A reason to stop that the person at the keyboard can do something about. Each line of the message is one fault. */
export class Failure extends Error {
  override name = 'Failure';
  readonly exitCode: number;

  /** @param exitCode 1: it cannot be done; 2: the command line is wrong. */
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
