/** A megabyte of memory, wherever the platform speaks of `Mb`, is a mebibyte. */
export const BYTES_PER_MB = 1_048_576;
