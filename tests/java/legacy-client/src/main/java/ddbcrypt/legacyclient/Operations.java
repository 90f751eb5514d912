// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.legacyclient;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionContext;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionFlags;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.EncryptionMaterialsProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.utils.EncryptionContextOperators;
import com.amazonaws.services.dynamodbv2.datamodeling.internal.Utils;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What the oracle can be asked, done by the client. */
final class Operations {
    private static final Set<String> RESERVED = Set.of("*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*");
    private static final Map<String, EnumSet<EncryptionFlags>> FLAGS = Map.of(
            "ENCRYPT_AND_SIGN", EnumSet.of(EncryptionFlags.ENCRYPT, EncryptionFlags.SIGN),
            "SIGN_ONLY", EnumSet.of(EncryptionFlags.SIGN));

    private final ObjectMapper json;
    private final Stores stores = new Stores();

    Operations(ObjectMapper json) {
        this.json = json;
    }

    ObjectNode run(JsonNode request) throws GeneralSecurityException {
        ObjectNode response = json.createObjectNode();
        switch (request.get("op").textValue()) {
            case "ping" -> response.put("client", "aws-dynamodb-encryption-java").put("version", Utils.loadVersion());
            case "encrypt" -> response.set("item", Attributes.json(encrypt(request)));
            case "decrypt" -> response.set("item", Attributes.json(decrypt(request)));
            case "time_encrypt", "time_decrypt" -> timed(request, response);
            case "create_table" -> stores.createTable(request.get("store"));
            case "new_version" -> stores.store(request.get("store")).newProvider(request.get("name").textValue());
            case "max_version" -> response.put(
                    "version", stores.store(request.get("store")).getMaxVersion(request.get("name").textValue()));
            case "replicate" -> stores.store(request.get("store")).replicate(
                    request.get("name").textValue(),
                    request.get("version").longValue(),
                    stores.store(request.get("target")));
            case "refresh" -> stores.mostRecent(request.get("materials")).refresh();
            default -> throw new IllegalArgumentException("no operation: " + request.get("op"));
        }
        return response;
    }

    private Map<String, AttributeValue> encrypt(JsonNode request) throws GeneralSecurityException {
        Map<String, AttributeValue> item = Attributes.item(request.get("item"));
        return encryptor(request).encryptRecord(item, flags(request.get("actions"), item), context(request));
    }

    private Map<String, AttributeValue> decrypt(JsonNode request) throws GeneralSecurityException {
        Map<String, AttributeValue> item = Attributes.item(request.get("item"));
        return encryptor(request).decryptRecord(item, flags(request.get("actions"), item), context(request));
    }

    /** Nanoseconds of one item, in the CPU time of this thread or in wall time, for benchmarks. */
    private void timed(JsonNode request, ObjectNode response) throws GeneralSecurityException {
        Map<String, AttributeValue> item = Attributes.item(request.get("item"));
        Map<String, Set<EncryptionFlags>> flags = flags(request.get("actions"), item);
        DynamoDBEncryptor encryptor = encryptor(request);
        EncryptionContext context = context(request);
        boolean encrypting = request.get("op").textValue().equals("time_encrypt");
        int iterations = request.get("iterations").intValue();
        boolean cpu = request.get("clock").textValue().equals("cpu");
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long seen = 0;
        long start = cpu ? threads.getCurrentThreadCpuTime() : System.nanoTime();
        for (int i = 0; i < iterations; i++) {
            seen += (encrypting
                            ? encryptor.encryptRecord(item, flags, context)
                            : encryptor.decryptRecord(item, flags, context))
                    .size();
        }
        long end = cpu ? threads.getCurrentThreadCpuTime() : System.nanoTime();
        response.put("nanoseconds", (double) (end - start) / iterations).put("attributes", seen);
    }

    private DynamoDBEncryptor encryptor(JsonNode request) throws GeneralSecurityException {
        DynamoDBEncryptor encryptor = DynamoDBEncryptor.getInstance(provider(request));
        JsonNode override = request.get("override");
        if (override != null) {
            Map<String, String> names = new HashMap<>();
            override.fields().forEachRemaining(pair -> names.put(pair.getKey(), pair.getValue().textValue()));
            encryptor.setEncryptionContextOverrideOperator(
                    EncryptionContextOperators.overrideEncryptionContextTableNameUsingMap(names));
        }
        return encryptor;
    }

    private EncryptionMaterialsProvider provider(JsonNode request) throws GeneralSecurityException {
        Map<String, String> description = Materials.description(request.path("description"));
        JsonNode materials = request.get("materials");
        if (materials == null) {
            return Materials.symmetric(request.get("keys"), description);
        }
        if (materials.get("kind").textValue().equals("most recent")) {
            return stores.mostRecent(materials);
        }
        return Materials.provider(materials, description);
    }

    private static EncryptionContext context(JsonNode request) {
        return new EncryptionContext.Builder().withTableName(request.get("table").textValue()).build();
    }

    /** An attribute without an action has no flags at all: an empty set of them is another thing to the client. */
    private static Map<String, Set<EncryptionFlags>> flags(JsonNode actions, Map<String, AttributeValue> item) {
        Map<String, Set<EncryptionFlags>> flags = new HashMap<>();
        for (String name : item.keySet()) {
            JsonNode own = actions.get("attributes").get(name);
            String action = (own == null ? actions.get("default") : own).textValue();
            if (!RESERVED.contains(name) && FLAGS.containsKey(action)) {
                flags.put(name, FLAGS.get(action));
            }
        }
        return flags;
    }
}
