import { z } from "zod";
import { secretName, text, webAddress } from "./values";

/** Where the lineage of runs is sent. */
export const lineageSettings = z
  .strictObject({
    /** A backend that accepts OpenLineage events, such as Marquez. */
    openlineage: z
      .strictObject({
        /** Address of the backend, without `/api/v1/lineage`. */
        url: webAddress,
        /** Namespace of the jobs. Default: the namespace of the pipelines. */
        namespace: text.exactOptional(),
        /** Name of the secret that holds the backend's API key. Default: no key. */
        apiKey: secretName.exactOptional(),
      })
      .readonly()
      .exactOptional(),
  })
  .readonly();
