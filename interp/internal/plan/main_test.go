package plan

import (
	"os"
	"testing"

	"cnnlang/ops/optest"
)

// No run of these tests allocates.
func TestMain(m *testing.M) { os.Exit(optest.Exit(m)) }
