import {
  ArtifactRepository,
  defaultClusterSettings,
  ExternalStore,
  loadSettings,
  Pipeline,
  PipelinesNamespace,
  readBuildContext,
  SingerTemplate,
  stackImages,
} from "tapctl/components";
import { pipelines } from "./pipelines";

// Argo Workflows and the bucket exist; this program declares the namespace, the templates and the pipelines.
const { secrets, registry, images, proxy } = loadSettings();
const settings = { ...defaultClusterSettings, namespace: "orders" };

const space = new PipelinesNamespace("orders", {
  settings,
  registry,
  secrets,
  networkPolicy: true,
  protect: false,
});

const store = new ExternalStore("store", {
  settings: {
    kind: "s3",
    endpoint: "s3.eu-central-1.amazonaws.com",
    region: "eu-central-1",
    bucket: "acme-orders",
    insecure: false,
    credentials: "ambient",
  },
  secrets,
});

const repository = new ArtifactRepository("artifacts", {
  namespace: space.namespace.metadata.name,
  buckets: store.buckets,
});

const built = stackImages(pipelines, readBuildContext(images.baseImage), {
  settings: { registry, images, proxy },
  secrets,
});

const template = new SingerTemplate(
  "singer",
  { settings, runnerImage: built.runner },
  { dependsOn: [space, repository] },
);

for (const entry of pipelines) {
  new Pipeline(
    entry.name,
    { entry, settings: template.settings, images: built.of, secrets },
    { dependsOn: [template] },
  );
}
