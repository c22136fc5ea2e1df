/* catalog.h - the six ports of the catalog together, as one adapter opens them. */
#ifndef ANC_KNOWLEDGE_PORTS_CATALOG_H
#define ANC_KNOWLEDGE_PORTS_CATALOG_H

#include "knowledge/ports/collection_store.h"
#include "knowledge/ports/document_store.h"
#include "knowledge/ports/garbage_store.h"
#include "knowledge/ports/model_store.h"
#include "knowledge/ports/vector_store.h"
#include "knowledge/ports/version_store.h"
#include "knowledge/ports/version_writer.h"

typedef struct kno_catalog {
    kno_collection_store collections;
    kno_document_store documents;
    kno_version_store history;
    kno_version_writer versions;
    kno_vector_store vectors;
    kno_model_store models;
    kno_garbage_store garbage;
} kno_catalog;

#endif
