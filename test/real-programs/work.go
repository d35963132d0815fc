// Goroutines that are preempted by signals, children, pipes, timers, and a panic that is recovered.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func spin(rounds int) (sum uint64) {
	for i := 0; i < rounds; i++ {
		sum = sum*31 + uint64(i)
	}
	return sum
}

func need(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func echo() {
	there, in, err := os.Pipe()
	need(err)
	back, out, err := os.Pipe()
	need(err)
	go func() {
		line, err := bufio.NewReader(there).ReadString('\n')
		need(err)
		fmt.Fprintf(out, "echo %s", line)
		out.Close()
	}()
	fmt.Fprintln(in, "hello")
	line, err := bufio.NewReader(back).ReadString('\n')
	need(err)
	fmt.Print(line)
}

func recovered() {
	defer func() { fmt.Println("recovered:", recover()) }()
	var nothing *os.Process
	fmt.Println(nothing.Pid)
}

func main() {
	var all sync.WaitGroup
	sums := make([]uint64, 32)
	for i := range sums {
		all.Add(1)
		go func(i int) {
			sums[i] = spin(2_000_000)
			all.Done()
		}(i)
	}
	all.Wait()
	fmt.Println(sums[0] == sums[31], sums[0])
	var children sync.WaitGroup
	for i := 0; i < 8; i++ {
		children.Add(1)
		go func() {
			out, err := exec.Command("echo", "child").Output()
			need(err)
			if string(out) != "child\n" {
				os.Exit(1)
			}
			children.Done()
		}()
	}
	children.Wait()
	echo()
	recovered()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	need(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	fmt.Println(<-signals)
	<-time.After(10 * time.Millisecond)
	need(os.WriteFile("written", []byte("by Go\n"), 0o644))
	os.Exit(12)
}
