// Prints the fields of the types in roots.ts as JSON: {"roots": {name: [shape]},
// "shapes": [{field: [shape]}]}. A shape is an object type, by its number; a field
// has those of its alternatives and of the items of its lists.
import ts from "typescript";

const options = { strict: true, skipLibCheck: true, noEmit: true, target: ts.ScriptTarget.ESNext, lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
  types: [], module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
const program = ts.createProgram(["roots.ts"], options);
const checker = program.getTypeChecker();
const source = program.getSourceFile("roots.ts");
const faults = ts.getPreEmitDiagnostics(program, source);
if (faults.length > 0) {
  console.error(ts.formatDiagnostics(faults, { getCanonicalFileName: (f) => f, getCurrentDirectory: () => ".", getNewLine: () => "\n" }));
  process.exit(1);
}

const shapes = [];
const numbers = new Map();

// shapesOf lists the object types that a value of a type may be, or hold as items.
function shapesOf(type) {
  if (type.isUnion()) return type.types.flatMap(shapesOf);
  if (checker.isArrayType(type) || checker.isTupleType(type)) return checker.getTypeArguments(type).flatMap(shapesOf);
  const objects = type.isIntersection() ? type.types : [type];
  const plain = objects.some((t) => (t.flags & ts.TypeFlags.Object) === 0); // also a string & {}
  if (plain || type.getCallSignatures().length > 0 || fromLibrary(type)) return [];
  if (!numbers.has(type)) {
    numbers.set(type, shapes.length);
    const fields = {};
    shapes.push(fields);
    for (const field of type.getProperties()) {
      const inner = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(field, source));
      if (isMethod(inner)) continue;
      fields[field.name] = shapesOf(inner);
    }
  }
  return [numbers.get(type)];
}

function isMethod(type) {
  return type.getCallSignatures().length > 0;
}

// fromLibrary reports whether a type is one of the language or the browser, such as
// Date or Blob, or an SDK's copy of one, which stands for a value.
function fromLibrary(type) {
  if (type.isIntersection() && type.types.some(fromLibrary)) return true;
  const made = type.symbol?.declarations ?? [];
  return made.some((d) => /\/(typescript\/lib|openai\/internal|@types\/node|undici-types)\//.test(d.getSourceFile().fileName));
}

const roots = {};
for (const statement of source.statements) {
  if (ts.isTypeAliasDeclaration(statement)) roots[statement.name.text] = shapesOf(checker.getTypeAtLocation(statement.name));
}
console.log(JSON.stringify({ roots, shapes }));
