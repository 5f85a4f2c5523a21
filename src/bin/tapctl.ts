#!/usr/bin/env node
import { endWithReader } from "../cli/closed-output";
import { main } from "../cli/tapctl";

endWithReader();
void main(process.argv.slice(2));
