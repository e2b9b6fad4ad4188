/** Classes of a CSS module, by the names that its file gives them. */
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}

declare module '*.css' {}

/** A file that the console's build puts beside the code: its address, seen from there. */
declare module '*/wasm' {
  const address: string;
  export default address;
}
