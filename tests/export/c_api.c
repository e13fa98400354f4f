// Calls an export by the C API of TensorFlow.
//
//   c_api saved_model FOLDER OUTPUT FILE [INPUT FILE SIZE,SIZE,...]...
//   c_api frozen FROZEN.PB OUTPUT FILE [INPUT FILE SIZE,SIZE,...]...
//
// OUTPUT and INPUT are names of ops, such as encode/mean. The files hold
// float32 values, row by row.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensorflow/c/c_api.h"

#define MAX_INPUTS 8
#define MAX_RANK 8

static void Fail(const char* what, const char* why) {
  fprintf(stderr, "c_api: error: %s: %s\n", what, why);
  exit(1);
}

static void Check(const TF_Status* status, const char* what) {
  if (TF_GetCode(status) != TF_OK) Fail(what, TF_Message(status));
}

static void* ReadFile(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) Fail(path, "no such file");
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  void* content = malloc(*size);
  if (fread(content, 1, *size, file) != *size) Fail(path, "cannot be read");
  fclose(file);
  return content;
}

static TF_Session* Load(const char* format, const char* path, TF_Graph* graph) {
  TF_Status* status = TF_NewStatus();
  TF_SessionOptions* options = TF_NewSessionOptions();
  TF_Session* session;
  if (strcmp(format, "saved_model") == 0) {
    const char* tags[] = {"serve"};
    session = TF_LoadSessionFromSavedModel(options, NULL, path, tags, 1, graph,
                                           NULL, status);
  } else {
    size_t size;
    void* content = ReadFile(path, &size);
    TF_Buffer* graph_def = TF_NewBufferFromString(content, size);
    TF_ImportGraphDefOptions* imports = TF_NewImportGraphDefOptions();
    TF_GraphImportGraphDef(graph, graph_def, imports, status);
    Check(status, path);
    TF_DeleteImportGraphDefOptions(imports);
    TF_DeleteBuffer(graph_def);
    free(content);
    session = TF_NewSession(graph, options, status);
  }
  Check(status, path);
  TF_DeleteSessionOptions(options);
  TF_DeleteStatus(status);
  return session;
}

static TF_Output FindTensor(TF_Graph* graph, const char* name) {
  TF_Output tensor = {TF_GraphOperationByName(graph, name), 0};
  if (tensor.oper == NULL) Fail(name, "no such op");
  return tensor;
}

static TF_Tensor* ReadTensor(const char* path, char* sizes) {
  int64_t shape[MAX_RANK];
  int rank = 0;
  for (char* size = strtok(sizes, ","); size != NULL && rank < MAX_RANK;
       size = strtok(NULL, ",")) {
    shape[rank++] = atoll(size);
  }
  size_t size;
  void* content = ReadFile(path, &size);
  TF_Tensor* tensor = TF_AllocateTensor(TF_FLOAT, shape, rank, size);
  memcpy(TF_TensorData(tensor), content, size);
  free(content);
  return tensor;
}

int main(int argc, char** argv) {
  if (argc < 5 || (argc - 5) % 3 != 0 || (argc - 5) / 3 > MAX_INPUTS) {
    Fail("usage", "c_api FORMAT PATH OUTPUT FILE [INPUT FILE SIZES]...");
  }
  TF_Graph* graph = TF_NewGraph();
  TF_Session* session = Load(argv[1], argv[2], graph);
  TF_Output inputs[MAX_INPUTS];
  TF_Tensor* values[MAX_INPUTS];
  const int num_inputs = (argc - 5) / 3;
  for (int i = 0; i < num_inputs; ++i) {
    inputs[i] = FindTensor(graph, argv[5 + 3 * i]);
    values[i] = ReadTensor(argv[6 + 3 * i], argv[7 + 3 * i]);
  }
  const TF_Output output = FindTensor(graph, argv[3]);
  TF_Tensor* result = NULL;
  TF_Status* status = TF_NewStatus();
  TF_SessionRun(session, NULL, inputs, values, num_inputs, &output, &result, 1,
                NULL, 0, NULL, status);
  Check(status, argv[3]);

  FILE* file = fopen(argv[4], "wb");
  if (file == NULL) Fail(argv[4], "cannot be written");
  fwrite(TF_TensorData(result), 1, TF_TensorByteSize(result), file);
  fclose(file);

  for (int i = 0; i < num_inputs; ++i) TF_DeleteTensor(values[i]);
  TF_DeleteTensor(result);
  TF_CloseSession(session, status);
  TF_DeleteSession(session, status);
  TF_DeleteGraph(graph);
  TF_DeleteStatus(status);
  return 0;
}
