package serve

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"cnnlang/interp"
)

// metrics are what /metrics shows. Their names are documented in docs/serving.md.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // by model, protocol, code
	stages   *prometheus.HistogramVec // by model, stage
	sizes    *prometheus.HistogramVec // by model
}

// times are the bounds of histograms of seconds: from half a millisecond to half a minute.
var times = []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.requests = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "cnnlang_requests_total", Help: "Requests that were answered, by the protocol's code."}, []string{"model", "protocol", "code"})
	m.stages = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "cnnlang_request_seconds", Help: "How long requests took: receive, decode, queue, run, all.", Buckets: times}, []string{"model", "stage"})
	m.sizes = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "cnnlang_batch_images", Help: "Images that were taken from the queue together.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64}}, []string{"model"})
	m.registry.MustRegister(m.requests, m.stages, m.sizes, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe adds what is looked up when it is asked for.
func (m *metrics) observe(s *Server) {
	m.registry.MustRegister(&gauges{s})
}

// gauges are values of the present.
type gauges struct{ s *Server }

var (
	waitingImages = prometheus.NewDesc("cnnlang_queue_images", "Images that wait.", []string{"model"}, nil)
	modelBytes    = prometheus.NewDesc("cnnlang_model_memory_bytes", "What a model and its sessions take.", []string{"model"}, nil)
	resident      = prometheus.NewDesc("cnnlang_resident_memory_bytes", "What the process holds.", nil, nil)
)

// Describe implements prometheus.Collector.
func (g *gauges) Describe(c chan<- *prometheus.Desc) {
	c <- waitingImages
	c <- modelBytes
	c <- resident
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(c chan<- prometheus.Metric) {
	for _, t := range g.s.slots {
		if e := t.engine.Load(); e != nil {
			c <- prometheus.MustNewConstMetric(waitingImages, prometheus.GaugeValue, float64(e.queue.waiting()), t.model.Name)
			c <- prometheus.MustNewConstMetric(modelBytes, prometheus.GaugeValue, float64(e.memory), t.model.Name)
		}
	}
	now, _ := interp.ResidentMemory()
	c <- prometheus.MustNewConstMetric(resident, prometheus.GaugeValue, float64(now))
}

// A watch is the metrics of one model.
type watch struct {
	stages map[string]prometheus.Observer
	sizes  prometheus.Observer
	image  atomic.Int64 // how long the last image took, in ns
}

// stages of a request, in their order.
var stages = []string{"receive", "decode", "queue", "run", "all"}

func (m *metrics) watch(model string) *watch {
	w := &watch{stages: map[string]prometheus.Observer{}, sizes: m.sizes.WithLabelValues(model)}
	for _, s := range stages {
		w.stages[s] = m.stages.WithLabelValues(model, s)
	}
	return w
}

func (w *watch) took(stage string, d time.Duration) { w.stages[stage].Observe(d.Seconds()) }
func (w *watch) queued(d time.Duration)             { w.took("queue", d) }
func (w *watch) batches(images int)                 { w.sizes.Observe(float64(images)) }

// ran notes a run of so many images.
func (w *watch) ran(d time.Duration, images int) {
	w.took("run", d)
	w.image.Store(int64(d) / int64(images))
}
