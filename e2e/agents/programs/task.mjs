// What a task needs, for any library: where to ask and what, and the tools.
import { execSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

export const { GEMINID_URL: url, GEMINID_KEY: key, QUESTION: question } = process.env;
export const name = "gemini-2.5-flash";
// The API that the library speaks, for those that speak several.
export const api = process.argv[2];

export const tools = [
  {
    name: "read_file",
    description: "Returns the content of a file.",
    schema: z.object({ path: z.string().describe("the file") }),
    run: ({ path }) => readFileSync(path, "utf8"),
  },
  {
    name: "edit_file",
    description: "Replaces a text in a file.",
    schema: z.object({ path: z.string(), old_text: z.string(), new_text: z.string() }),
    run: ({ path, old_text, new_text }) => {
      writeFileSync(path, readFileSync(path, "utf8").replace(old_text, new_text));
      return "done";
    },
  },
  {
    name: "run_command",
    description: "Runs a shell command and returns what it prints.",
    schema: z.object({ command: z.string() }),
    run: ({ command }) => execSync(command, { encoding: "utf8" }),
  },
];

// A structured answer with what libraries' schemas have: lists, choices, numbers.
export const report = z.object({
  title: z.string(),
  kind: z.enum(["bird", "fish"]),
  sightings: z.array(z.object({ place: z.string(), count: z.number().int() })),
});

// The library has validated it; the test looks for this line.
export const printReport = (object) => console.log("\nREPORT", JSON.stringify(report.parse(object)));
