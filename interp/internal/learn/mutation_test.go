package learn_test

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp/internal/mutant"
)

// go test ./interp/internal/learn -run TestMutantsOfBatchNorm -mutants 1 tries every mutant, for some minutes; without the
// flag it is a sample.
var mutantStep = flag.Int("mutants", 30, "TestMutantsOfBatchNorm tries one mutant in `n`")

// A wrong constant, sign or operation of batch norm in training is noticed: in its steps and its running statistics in
// float64 by the trajectories and statistics of torch, in the fast path by its comparison with these; so are another
// eps and another momentum than those of the net and the recipe.
func TestMutantsOfBatchNorm(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	reference, fast := filepath.Join(root, "ops", "ref", "gradient_norm.go"), filepath.Join(root, "ops", "exec", "gradient", "channels.go")
	kernels, training := filepath.Join(root, "ops", "exec"), filepath.Join(root, "interp", "train")
	type tried struct {
		mutant.Mutant
		pkg, run string
	}
	var all []tried
	add := func(pkg, run string, list ...mutant.Mutant) {
		for _, m := range list {
			all = append(all, tried{m, pkg, run})
		}
	}
	exactly := "RunningStatistics|TrajectoriesExactly"
	add(".", exactly, mutant.Of(t, "learn.go", "move")...)
	add(".", exactly, mutant.Seeded(t, "learn.go", "T(n / (n - 1))", "T(n / n)"))
	add(".", exactly, mutant.Of(t, reference, "batchStats", "batchNormalize", "centred", "deviation", "batchSums", "batchGradient")...)
	add(".", exactly, mutant.Seeded(t, reference, "stats.at(1, c) + op.Eps.Float()", "stats.at(1, c) + op.Eps.Float()*(1+0x1p-10)"))
	slips := slices.DeleteFunc(mutant.Of(t, fast, "batchStats", "squaresAbout", "productsAbout", "inverse", "normSums", "batchNormalize", "batchGradient", "backNormed"),
		func(m mutant.Mutant) bool { return !m.Slip }) // float32 does not show less
	add(kernels, "GradientsMatchReference|StatisticsFarFromZero", slips...)
	add(kernels, "GradientsMatchReference", mutant.Seeded(t, fast, "stats[len(stats)/2+c])+eps", "stats[len(stats)/2+c])+eps*1.01"))
	add(training, "RunningStatisticsOfAStep", mutant.Seeded(t, filepath.Join(training, "train.go"), "Momentum: r.BNMomentum,", "Momentum: r.BNMomentum * 1.01,"))
	built := 0
	for i := *mutantStep - 1; i < len(all); i += *mutantStep {
		if all[i].Noticed(t, all[i].pkg, "-test.run", all[i].run) {
			built++
		}
	}
	t.Logf("%d of %d mutants built", built, len(all))
}
