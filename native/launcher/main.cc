// `ptracectl`, `ptraced` and the image's healthcheck as they are started: records what Node is
// about to change, and becomes Node.
//
// Node sets every signal disposition and the mask, opens /dev/null in place of closed standard
// streams and raises the soft limit of descriptors before any JavaScript runs (PlatformInit of
// node.cc). A command that ptracectl launches must have what ptracectl was given, so it is written
// down here, in one environment variable in front of all others. src/cli/inherited.ts reads it.
//
// Variables by which Node would be controlled are for the command, which may be Node as well: under
// their own names they would have this process listen for a debugger, take the command's IPC
// channel or write its coverage.
//
// Node listens for a debugger at SIGUSR1 too, until JavaScript handles that signal. Whoever may
// send one would run code in this process, so that Node gets an address that no kernel binds.
//
// Statically linked, and without the C++ library: it runs wherever Node does, and starts in well
// below a millisecond.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "launcher/record.h"

namespace {

using ptraced::launcher::Record;

// Where env(1) would say that it found no program, and that it could not run the one that it found.
constexpr int kNotFound = 127;
constexpr int kNotRun = 126;

// Where Node would listen for a debugger. inet6_bind() of the kernel refuses a multicast address to
// every stream socket (EINVAL), whatever addresses the machine has and whatever ip_nonlocal_bind
// says. `--disable-sigusr1` would say it better, and Node 20 does not know it.
char kDebuggerAddress[] = "--inspect-port=[ff02::1]:9229";

// What this file is installed as, and what it starts, as a path from its own folder.
struct Program {
  const char* name;
  const char* script;
};
constexpr Program kPrograms[] = {
    {"ptracectl", "../cli/main.js"},
    {"ptraced", "../main.js"},
    {"ptraced-healthcheck", "../../deploy/healthcheck.mjs"},
};

// For messages, until the name is known.
const Program* program = &kPrograms[0];

// Path of the script, in place of this program's own. Fails where /proc is missing.
bool script_path(char (&path)[PATH_MAX]) {
  constexpr size_t kLongestScript = 64;
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - kLongestScript);
  if (length <= 0) {
    return false;
  }
  path[length] = '\0';
  char* slash = std::strrchr(path, '/');
  if (slash == nullptr) {
    return false;
  }
  for (const Program& known : kPrograms) {
    if (std::strcmp(slash + 1, known.name) == 0) {
      program = &known;
    }
  }
  std::memcpy(slash + 1, program->script, std::strlen(program->script) + 1);
  return true;
}

size_t count(char* const* strings) {
  size_t size = 0;
  while (strings[size] != nullptr) {
    ++size;
  }
  return size;
}

bool starts_with(const char* text, const char* prefix) {
  return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

bool controls_node(const char* entry) {
  // Where to find certificates is for our own connections, too.
  return starts_with(entry, "NODE_") && !starts_with(entry, "NODE_EXTRA_CA_CERTS=");
}

// Gives those entries other names. One that would be too long for execve(2) then keeps its own.
bool hide_from_node(char** environment) {
  constexpr size_t kLongest = 128 * 1024 - sizeof(PTRACECTL_GIVEN);  // MAX_ARG_STRLEN
  for (; *environment != nullptr; ++environment) {
    const size_t size = std::strlen(*environment) + 1;
    if (!controls_node(*environment) || size > kLongest) {
      continue;
    }
    char* hidden = static_cast<char*>(std::malloc(sizeof(PTRACECTL_GIVEN) - 1 + size));
    if (hidden == nullptr) {
      return false;
    }
    std::memcpy(hidden, PTRACECTL_GIVEN, sizeof(PTRACECTL_GIVEN) - 1);
    std::memcpy(hidden + sizeof(PTRACECTL_GIVEN) - 1, *environment, size);
    *environment = hidden;
  }
  return true;
}

// All of `first`, then all of `rest`.
template <size_t N>
char** prepend(char* const (&first)[N], char* const* rest) {
  const size_t size = count(rest);
  char** result = static_cast<char**>(std::malloc((N + size + 1) * sizeof(char*)));
  if (result == nullptr) {
    return nullptr;
  }
  std::memcpy(result, first, sizeof(first));
  std::memcpy(result + N, rest, (size + 1) * sizeof(char*));
  return result;
}

// Whether the version is all that is asked for. src/cli answers where there is more on the command
// line.
bool asks_for_version(int argc, char* const* argv) {
  return argc == 2 && (std::strcmp(argv[1], "--version") == 0 || std::strcmp(argv[1], "-V") == 0);
}

int fail(const char* what, int status) {
  std::fprintf(stderr, "%s: %s: %s\n", program->name, what, std::strerror(errno));
  return status;
}

int print_version() {
  const bool printed =
      std::printf("%s %s\n", program->name, PTRACED_VERSION) >= 0 && std::fflush(stdout) == 0;
  return printed ? 0 : fail("cannot write the version", 1);
}

}  // namespace

int main(int argc, char** argv, char** environment) {
  static Record record;
  record.fill();
  char script[PATH_MAX];
  if (!script_path(script)) {
    return fail("cannot find its own files by /proc/self/exe", kNotRun);
  }
  if (asks_for_version(argc, argv)) {
    return print_version();
  }
  char node[] = "node";
  char** arguments = prepend({node, kDebuggerAddress, script}, argv + (argc > 0 ? 1 : 0));
  char** variables = prepend({record.entry()}, environment);
  if (arguments == nullptr || variables == nullptr || !hide_from_node(variables)) {
    return fail("cannot start node", kNotRun);
  }
  // Up to the moment in which Node blocks it: its default disposition is to end the process.
  signal(SIGUSR1, SIG_IGN);
  execvpe(node, arguments, variables);
  if (errno == ENOENT) {
    return fail("cannot find node, version 20 or later, in PATH", kNotFound);
  }
  return fail("cannot start node", kNotRun);
}
