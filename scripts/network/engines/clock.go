package time

import (
	"sync"
	"syscall"
	"unsafe"
)

// A trial network's clock: three 64-bit words in a file that all of its validators map. Nanoseconds to add; since when the clock
// runs faster, in nanoseconds of real time; how many times as fast.
const trialClockFile = "CIVITAS_TRIAL_CLOCK"

var (
	trialClockOnce sync.Once
	trialClock     *[3]int64
)

func openTrialClock() {
	path, named := syscall.Getenv(trialClockFile)
	if !named {
		return
	}
	file, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		panic("the trial clock cannot be opened: " + err.Error())
	}
	words, err := syscall.Mmap(file, 0, 24, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic("the trial clock cannot be mapped: " + err.Error())
	}
	syscall.Close(file)
	trialClock = (*[3]int64)(unsafe.Pointer(&words[0]))
}

func onTrialClock(sec int64, nsec int32) (int64, int32) {
	trialClockOnce.Do(openTrialClock)
	if trialClock == nil {
		return sec, nsec
	}
	now := sec*1e9 + int64(nsec)
	now += trialClock[0] + (now-trialClock[1])*(trialClock[2]-1)
	return now / 1e9, int32(now % 1e9)
}
