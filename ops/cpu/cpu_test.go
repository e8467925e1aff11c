package cpu

import "testing"

func TestChoose(t *testing.T) {
	both := []ISA{Generic, AVX2}
	for _, c := range []struct {
		value string
		have  []ISA
		want  ISA
		err   string
	}{
		{"", both, AVX2, ""},
		{"", []ISA{Generic}, Generic, ""},
		{"generic", both, Generic, ""},
		{"avx2", both, AVX2, ""},
		{"amx", []ISA{Generic, AVX2, AVX512, AVX512BF16, AMX}, AMX, ""},
		{"amx", both, Generic, "cpu: CNNLANG_ISA=amx: this machine and build have only generic, avx2"},
		{"avx512", both, Generic, "cpu: CNNLANG_ISA=avx512: this machine and build have only generic, avx2"},
		{"", []ISA{Generic, NEON}, NEON, ""},
		{"neon", []ISA{Generic, NEON}, NEON, ""},
		{"generic", []ISA{Generic, NEON}, Generic, ""},
		{"neon", both, Generic, "cpu: CNNLANG_ISA=neon: this machine and build have only generic, avx2"},
		{"AVX2", both, Generic, `cpu: CNNLANG_ISA="AVX2": want one of generic, avx2, avx512, avx512bf16, amx, neon`},
		{"sse", both, Generic, `cpu: CNNLANG_ISA="sse": want one of generic, avx2, avx512, avx512bf16, amx, neon`},
	} {
		got, err := choose(c.value, c.have)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != c.want || text != c.err {
			t.Errorf("choose(%q, %v) = %v, %q; want %v, %q", c.value, c.have, got, text, c.want, c.err)
		}
	}
}
