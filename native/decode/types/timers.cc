// What timers and queues notify with: struct sigevent.
#include <signal.h>

#include "../engine.h"
#include "../xlat/sets.h"
#include "subjects.h"

namespace ptraced::decode {

namespace {

bool read_sigevent(Engine& engine, uint64_t address, sigevent& event) {
  constexpr size_t kShown = offsetof(sigevent, sigev_notify_attributes) + sizeof(void*);
  if (engine.word_size() == 8) {
    return engine.read(address, &event, kShown);
  }
  // struct compat_sigevent
  struct {
    uint32_t value;
    int32_t signo;
    int32_t notify;
    uint32_t function;
    uint32_t attributes;
  } narrow;
  if (!engine.read(address, &narrow, sizeof narrow)) {
    return false;
  }
  event.sigev_value.sival_ptr = reinterpret_cast<void*>(uint64_t{narrow.value});
  event.sigev_signo = narrow.signo;
  event.sigev_notify = narrow.notify;
  if (narrow.notify == SIGEV_THREAD_ID) {
    event._sigev_un._tid = static_cast<pid_t>(narrow.function);
  } else {
    event.sigev_notify_function = reinterpret_cast<void (*)(sigval)>(uint64_t{narrow.function});
    event.sigev_notify_attributes = reinterpret_cast<pthread_attr_t*>(uint64_t{narrow.attributes});
  }
  return true;
}

}  // namespace

void print_sigevent(Engine& engine, const Type&, const Operand& operand) {
  Writer& out = engine.out();
  sigevent event = {};
  if (operand.word == 0 || !read_sigevent(engine, operand.word, event)) {
    out.address(operand.word, operand.word == 0 ? Unread::kNull : Unread::kFault);
    return;
  }
  const auto address = [&](std::string_view name, const void* value) {
    out.begin_field(name);
    out.address(reinterpret_cast<uint64_t>(value), Unread::kOpaque);
  };
  out.begin_struct("sigevent");
  if (event.sigev_value.sival_ptr != nullptr) {
    out.begin_field("sigev_value");
    out.begin_struct("sigval");
    out.begin_field("sival_int");
    out.signed_number(event.sigev_value.sival_int);
    address("sival_ptr", event.sigev_value.sival_ptr);
    out.end_struct();
  }
  out.begin_field("sigev_signo");
  if (event.sigev_notify == SIGEV_NONE) {
    out.unsigned_number(static_cast<uint32_t>(event.sigev_signo));
  } else {
    engine.show_word(kSignalNumber, static_cast<uint32_t>(event.sigev_signo));
  }
  out.begin_field("sigev_notify");
  out.constant(static_cast<uint32_t>(event.sigev_notify), kSigevNotify);
  if (event.sigev_notify == SIGEV_THREAD_ID) {
    out.begin_field("sigev_notify_thread_id");
    out.signed_number(event._sigev_un._tid);
  } else if (event.sigev_notify == SIGEV_THREAD) {
    address("sigev_notify_function", reinterpret_cast<const void*>(event.sigev_notify_function));
    address("sigev_notify_attributes", event.sigev_notify_attributes);
  }
  out.end_struct();
}

}  // namespace ptraced::decode
