// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.structuredclient;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.AesWrappingAlg;
import software.amazon.cryptography.materialproviders.model.CreateMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateRawAesKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateRawRsaKeyringInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;
import software.amazon.cryptography.materialproviders.model.PaddingScheme;

/** Keyrings from a request: one, or a multi-keyring whose generator is the first. */
final class Keyrings {
    private final MaterialProviders providers = MaterialProviders.builder()
            .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
            .build();

    IKeyring all(JsonNode json) {
        List<IKeyring> keyrings = new ArrayList<>();
        json.forEach(keyring -> keyrings.add(one(keyring)));
        if (keyrings.size() == 1) {
            return keyrings.get(0);
        }
        return providers.CreateMultiKeyring(CreateMultiKeyringInput.builder()
                .generator(keyrings.get(0))
                .childKeyrings(keyrings.subList(1, keyrings.size()))
                .build());
    }

    private IKeyring one(JsonNode json) {
        return json.get("type").textValue().equals("aes") ? aes(json) : rsa(json);
    }

    private IKeyring aes(JsonNode json) {
        byte[] key = Base64.getDecoder().decode(json.get("key").textValue());
        AesWrappingAlg algorithm = switch (key.length) {
            case 16 -> AesWrappingAlg.ALG_AES128_GCM_IV12_TAG16;
            case 24 -> AesWrappingAlg.ALG_AES192_GCM_IV12_TAG16;
            default -> AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16;
        };
        return providers.CreateRawAesKeyring(CreateRawAesKeyringInput.builder()
                .keyNamespace(json.get("namespace").textValue())
                .keyName(json.get("name").textValue())
                .wrappingKey(ByteBuffer.wrap(key))
                .wrappingAlg(algorithm)
                .build());
    }

    /** Keys are PEM: SubjectPublicKeyInfo and PKCS#8; either may be missing. */
    private IKeyring rsa(JsonNode json) {
        CreateRawRsaKeyringInput.Builder input = CreateRawRsaKeyringInput.builder()
                .keyNamespace(json.get("namespace").textValue())
                .keyName(json.get("name").textValue())
                .paddingScheme(PaddingScheme.valueOf(json.get("padding").textValue()));
        if (json.hasNonNull("public")) {
            input.publicKey(ByteBuffer.wrap(Base64.getDecoder().decode(json.get("public").textValue())));
        }
        if (json.hasNonNull("private")) {
            input.privateKey(ByteBuffer.wrap(Base64.getDecoder().decode(json.get("private").textValue())));
        }
        return providers.CreateRawRsaKeyring(input.build());
    }
}
