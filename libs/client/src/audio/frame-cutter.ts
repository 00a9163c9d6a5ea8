/** Cuts a stream of samples into frames of one size; what does not fill a frame waits for more. */
export class FrameCutter {
  private frame: Float32Array<ArrayBuffer>;
  private filled = 0;

  constructor(
    private readonly size: number,
    private readonly emit: (frame: Float32Array<ArrayBuffer>) => void,
  ) {
    this.frame = new Float32Array(size);
  }

  push(samples: Float32Array): void {
    for (let taken = 0; taken < samples.length;) {
      const part = samples.subarray(taken, taken + this.size - this.filled);
      this.frame.set(part, this.filled);
      this.filled += part.length;
      taken += part.length;
      if (this.filled < this.size) return;
      const full = this.frame;
      this.frame = new Float32Array(this.size);
      this.filled = 0;
      this.emit(full);
    }
  }
}
