/* A plugin of QEMU that counts the instructions that a guest executes between two labels.
 * Arguments: out=FILE, and NAME=BEGIN:END for each kind of call, with the labels' addresses in
 * hexadecimal.
 *
 * This file declares version 1 of QEMU's plugin interface itself, because Debian has no header for
 * it.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

extern int qemu_plugin_version;
int qemu_plugin_install(plugin_id id, const void* info, int argc, char** argv);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb*));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn*);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn*, void (*)(unsigned, void*),
                                            int registers, void*);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn*, int operation, void*,
                                                uint64_t);
void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void*), void*);

enum { kMostKinds = 4, kNoRegisters = 0, kAdd = 0 };

typedef struct Kind {
  char name[32];
  uint64_t begin, end;
  uint64_t calls, sum, most;
} Kind;

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static Kind kinds[kMostKinds];
static int number_of_kinds;
static const char* out;
static uint64_t executed, started;

static void on_begin(unsigned cpu, void* kind) {
  (void)cpu;
  (void)kind;
  started = executed;
}

static void on_end(unsigned cpu, void* data) {
  (void)cpu;
  Kind* const kind = data;
  const uint64_t taken = executed - started;
  ++kind->calls;
  kind->sum += taken;
  if (taken > kind->most) kind->most = taken;
}

static void on_translation(plugin_id id, struct qemu_plugin_tb* block) {
  (void)id;
  for (size_t k = 0; k < qemu_plugin_tb_n_insns(block); ++k) {
    struct qemu_plugin_insn* const instruction = qemu_plugin_tb_get_insn(block, k);
    const uint64_t address = qemu_plugin_insn_vaddr(instruction);
    for (Kind* kind = kinds; kind != kinds + number_of_kinds; ++kind) {
      if (address == kind->begin) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_begin, kNoRegisters, kind);
      } else if (address == kind->end) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_end, kNoRegisters, kind);
      }
    }
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, kAdd, &executed, 1);
  }
}

static void on_exit_of_qemu(plugin_id id, void* data) {
  (void)id;
  (void)data;
  FILE* const file = fopen(out, "w");
  if (file == NULL) return;
  for (const Kind* kind = kinds; kind != kinds + number_of_kinds; ++kind) {
    fprintf(file, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", kind->name, kind->calls, kind->sum,
            kind->most);
  }
  fclose(file);
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void* info,
                                                               int argc, char** argv) {
  (void)info;
  for (int k = 0; k < argc; ++k) {
    if (strncmp(argv[k], "out=", 4) == 0) {
      out = strdup(argv[k] + 4);
      continue;
    }
    if (number_of_kinds == kMostKinds) return -1;
    Kind* const kind = &kinds[number_of_kinds++];
    if (sscanf(argv[k], "%31[^=]=%" SCNx64 ":%" SCNx64, kind->name, &kind->begin, &kind->end) !=
        3) {
      return -1;
    }
  }
  if (out == NULL) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
  return 0;
}
