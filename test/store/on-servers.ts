import { places } from "./stores";

places.servers = true;
