#!/usr/bin/env node
import { exitOnClosedOutput } from "../cli/closed-output";
import { main } from "../cli/tapctl";

exitOnClosedOutput();
void main(process.argv.slice(2));
