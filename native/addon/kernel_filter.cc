#include "addon/kernel_filter.h"

#include "core/calls.h"

namespace ptraced::addon {

const decode::SyscallSet& needed_calls(const SessionOptions& options) {
  return options.recorder.filter.syscalls();
}

bool sees_all_calls(const Target& target, const core::FollowOptions& follow) {
  if (!follow.threads || !follow.processes) {  // a child of vfork shares memory too
    return false;
  }
  const auto* launch = std::get_if<core::LaunchOptions>(&target);
  return launch != nullptr ? launch->call_filter.empty()
                           : !std::get<AttachTarget>(target).single_thread;
}

void filter_in_kernel(Target& target, const SessionOptions& options) {
  auto* launch = std::get_if<core::LaunchOptions>(&target);
  const decode::SyscallSet& needed = needed_calls(options);
  if (launch == nullptr || !options.filter_in_kernel || needed.is_everything() ||
      core::is_under_filter()) {
    return;
  }
  core::StoppingCalls calls = needed.stopping_calls();
  core::add_own_calls(calls);
  if (options.recorder.order) {
    core::add_calls(calls, options.recorder.order->calls().stopping_calls());
  }
  launch->call_filter = core::call_filter_program(calls);
  launch->may_set_no_new_privs = core::may_set_no_new_privs();
}

}  // namespace ptraced::addon
