package main

const serveHelp = `serve loads models and answers requests for them by the Open Inference Protocol,
version 2, as KServe, Triton's clients and load tools send them:

  GET  /v2, /v2/health/live, /v2/health/ready, /v2/models/NAME, /v2/models/NAME/ready
  POST /v2/models/NAME/infer       tensors in JSON, or binary behind the JSON
  POST /v2/models/NAME/classify    a picture; ?top=5 says how many classes
  gRPC, on the same address        inference.GRPCInferenceService, and health for probes
  GET  /metrics                    for Prometheus
  GET  /                           a page where one drops a picture

The model is called as its net, or as NAME= before it says. It takes any number of images in a
request, up to --images, and computes --batch of them together if so many wait. A request for
which there is no room is refused at once, with 503 and Retry-After.

SIGHUP loads all models anew, from the same files; requests go on meanwhile. SIGTERM and Ctrl-C
stop it: requests that have come are answered, for as long as --grace.

There are no passwords and no TLS: it listens on loopback, and what stands before it, such as
KServe or a proxy, has these. docs/serving.md tells all of it.`

const serveExamples = `  cnnlang serve resnet50 --weights resnet50.safetensors
  cnnlang serve mine.safetensors --batch 8 --wait 2ms
  cnnlang serve a=resnet18 b=resnet50 --weights a=a.safetensors --weights b=b.pth --http :8080
  curl --data-binary @cat.jpg localhost:8080/v2/models/resnet50/classify`
