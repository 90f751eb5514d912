// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.legacyclient;

import com.amazonaws.ClientConfiguration;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.CachingMostRecentProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.store.MetaStore;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.amazonaws.services.dynamodbv2.model.ProvisionedThroughput;
import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * MetaStores on an endpoint, and the most recent providers over them. All live as long as the process: what they cache
 * is a part of what they are.
 */
final class Stores {
    private static final long TTL_MILLISECONDS = TimeUnit.HOURS.toMillis(1);
    private static final int TIMEOUT_MILLISECONDS = 20_000;

    private final Map<String, AmazonDynamoDB> clients = new HashMap<>();
    private final Map<JsonNode, MetaStore> stores = new HashMap<>();
    private final Map<JsonNode, CachingMostRecentProvider> providers = new HashMap<>();

    void createTable(JsonNode json) {
        ProvisionedThroughput units = new ProvisionedThroughput(1L, 1L);
        MetaStore.createTable(client(json.get("endpoint").textValue()), json.get("table").textValue(), units);
    }

    MetaStore store(JsonNode json) throws GeneralSecurityException {
        MetaStore store = stores.get(json);
        if (store == null) {
            Map<String, String> description = Materials.description(json.path("description"));
            DynamoDBEncryptor encryptor =
                    DynamoDBEncryptor.getInstance(Materials.provider(json.get("materials"), description));
            AmazonDynamoDB client = client(json.get("endpoint").textValue());
            String table = json.get("table").textValue();
            store = json.has("extra")
                    ? new MetaStore(client, table, encryptor, extra(json.get("extra")))
                    : new MetaStore(client, table, encryptor);
            stores.put(json, store);
        }
        return store;
    }

    CachingMostRecentProvider mostRecent(JsonNode json) throws GeneralSecurityException {
        CachingMostRecentProvider provider = providers.get(json);
        if (provider == null) {
            MetaStore store = store(json.get("store"));
            provider = new CachingMostRecentProvider(store, json.get("name").textValue(), TTL_MILLISECONDS);
            providers.put(json, provider);
        }
        return provider;
    }

    private AmazonDynamoDB client(String endpoint) {
        return clients.computeIfAbsent(endpoint, url -> {
            ClientConfiguration configuration = new ClientConfiguration()
                    .withNonProxyHosts("127.0.0.1")
                    .withConnectionTimeout(TIMEOUT_MILLISECONDS)
                    .withSocketTimeout(TIMEOUT_MILLISECONDS);
            return AmazonDynamoDBClientBuilder.standard()
                    .withClientConfiguration(configuration)
                    .withCredentials(new AWSStaticCredentialsProvider(new BasicAWSCredentials("test", "test")))
                    .withEndpointConfiguration(new EndpointConfiguration(url, "us-east-1"))
                    .build();
        });
    }

    private static MetaStore.ExtraDataSupplier extra(JsonNode json) {
        Map<String, AttributeValue> attributes = Attributes.item(json.get("attributes"));
        Set<String> signedOnly = new HashSet<>();
        json.get("signed_only").forEach(name -> signedOnly.add(name.textValue()));
        return new MetaStore.ExtraDataSupplier() {
            @Override
            public Map<String, AttributeValue> getAttributes(String materialName, long version) {
                return attributes;
            }

            @Override
            public Set<String> getSignedOnlyFieldNames() {
                return signedOnly;
            }
        };
    }
}
