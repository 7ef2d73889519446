// Read a JSON list of Mermaid diagrams. Write, for each of them, the parser's error or null.
import { text } from "node:stream/consumers";
import DOMPurify from "dompurify";
import mermaid from "mermaid";

// Mermaid cleans labels with DOMPurify, which needs a browser. Parsing does not depend on the clean label.
DOMPurify.addHook = () => {};
DOMPurify.sanitize = (label) => label;

const diagrams = JSON.parse(await text(process.stdin));
const errors = diagrams.map((diagram) => mermaid.parse(diagram).then(() => null, (error) => error.message));
console.log(JSON.stringify(await Promise.all(errors)));
