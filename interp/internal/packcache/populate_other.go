//go:build unix && !linux

package packcache

const populate = 0
